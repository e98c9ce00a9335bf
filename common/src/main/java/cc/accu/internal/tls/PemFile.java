package cc.accu.internal.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a file in PEM, as RFC 7468 describes it; text between them is of no meaning.
 *
 * @param blocks in the order of the file
 */
record PemFile(List<Block> blocks) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final Pattern BEGIN = Pattern.compile("^-----BEGIN [A-Z0-9 ]+-----", Pattern.MULTILINE);

    /** More than any chain of certificates needs: somebody named the wrong file. */
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    /**
     * One thing.
     *
     * @param type for example {@code CERTIFICATE}
     * @param text what is between its first and its last line
     */
    record Block(String type, String text) {
        byte[] bytes() throws IOException {
            try {
                return Base64.getMimeDecoder().decode(text);
            } catch (IllegalArgumentException damaged) {
                throw new IOException("its block of " + type + " is damaged", damaged);
            }
        }

        boolean isKey() {
            return type.endsWith("PRIVATE KEY");
        }
    }

    /** Throws an {@link IOException} if a block has no end, as in a file that is not written to its end yet. */
    static PemFile of(byte[] bytes) throws IOException {
        List<Block> blocks = new ArrayList<>();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            blocks.add(new Block(block.group(1), block.group(2)));
        }
        if (BEGIN.matcher(text).results().count() > blocks.size()) {
            throw new IOException("a block in it has a -----BEGIN line and no END that fits: it is cut off, or being"
                    + " written; write it anew, and then give it its name");
        }
        return new PemFile(blocks);
    }

    /** A pipe would keep who opens it waiting, and a device may have no end. */
    static byte[] read(Path file) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
            throw new IOException("it is no regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("it has over " + MOST_BYTES + " bytes");
            }
            return bytes;
        }
    }
}
