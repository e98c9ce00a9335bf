package cc.accu.internal.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Private keys out of PEM: PKCS#8, plain or encrypted, and what older programs write, PKCS#1 for RSA and SEC 1 for EC. */
final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
    private static final String PBES2 = "1.2.840.113549.1.5.13";

    /** Version 0 and the algorithm rsaEncryption, in DER, as RFC 8017 and RFC 5958 have them. */
    private static final byte[] RSA_HEAD = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final byte[] VERSION = HexFormat.of().parseHex("020100");
    private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int CURVE = 0xa0;

    private PrivateKeys() {}

    /**
     * The key in a block.
     *
     * @param password empty for none
     * @throws IOException with what is wrong with the key, and what to do
     */
    static PrivateKey of(PemFile.Block block, char[] password) throws IOException {
        try {
            return switch (block.type()) {
                case "PRIVATE KEY" -> decoded(new PKCS8EncodedKeySpec(block.bytes()));
                case "ENCRYPTED PRIVATE KEY" -> decrypted(block.bytes(), password);
                case "RSA PRIVATE KEY" -> decoded(new PKCS8EncodedKeySpec(rsa(plain(block))));
                case "EC PRIVATE KEY" -> decoded(new PKCS8EncodedKeySpec(ec(plain(block))));
                default -> throw new IOException("its key is a " + block.type() + "; " + convert());
            };
        } catch (GeneralSecurityException wrong) {
            throw new IOException("its key is damaged, or of a kind that this JVM does not know; " + convert(), wrong);
        }
    }

    private static String convert() {
        return "convert it with \"openssl pkcs8 -topk8 -in OLD -out NEW\"";
    }

    private static PrivateKey decoded(KeySpec spec) throws GeneralSecurityException {
        InvalidKeySpecException last = new InvalidKeySpecException("no such algorithm");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException other) {
                last = other;
            }
        }
        throw last;
    }

    private static PrivateKey decrypted(byte[] der, char[] password) throws IOException, GeneralSecurityException {
        if (password.length == 0) {
            throw new IOException("its key is encrypted; name a file with the password");
        }
        EncryptedPrivateKeyInfo info;
        try {
            info = new EncryptedPrivateKeyInfo(der);
        } catch (IOException unknown) {
            throw new IOException(
                    "its key is damaged, or encrypted in a way that this JVM does not know, as by scrypt; " + convert(),
                    unknown);
        }
        // Of PBES2 the JDK knows the algorithm only by its parameters.
        String algorithm =
                info.getAlgParameters() != null && List.of("PBES2", PBES2).contains(info.getAlgName())
                        ? info.getAlgParameters().toString()
                        : info.getAlgName();
        SecretKey secret = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.DECRYPT_MODE, secret, info.getAlgParameters());
        try {
            return decoded(info.getKeySpec(cipher));
        } catch (InvalidKeySpecException wrong) {
            throw new IOException("the password does not fit its key", wrong);
        }
    }

    private static byte[] plain(PemFile.Block block) throws IOException {
        if (block.text().contains("Proc-Type")) {
            throw new IOException("its key is encrypted in an old way; " + convert());
        }
        return block.bytes();
    }

    private static byte[] rsa(byte[] pkcs1) {
        return element(SEQUENCE, RSA_HEAD, element(OCTETS, pkcs1));
    }

    /** SEC 1 names the curve inside, PKCS#8 outside. */
    private static byte[] ec(byte[] sec1) throws IOException {
        byte[] algorithm = element(SEQUENCE, EC_PUBLIC_KEY, curve(sec1));
        return element(SEQUENCE, VERSION, algorithm, element(OCTETS, sec1));
    }

    /** {@code SEQUENCE { 1, OCTETS key, [0] curve, … }}: what is in the {@code [0]}. */
    private static byte[] curve(byte[] sec1) throws IOException {
        try {
            int at = content(sec1, 0);
            for (int end = sec1.length; at < end; at = content(sec1, at) + length(sec1, at)) {
                if ((sec1[at] & 0xff) == CURVE) {
                    int from = content(sec1, at);
                    return Arrays.copyOfRange(sec1, from, from + length(sec1, at));
                }
            }
        } catch (ArrayIndexOutOfBoundsException damaged) {
            throw new IOException("its key is damaged", damaged);
        }
        throw new IOException("its key does not say its curve; " + convert());
    }

    /** Where the content of an element begins. */
    private static int content(byte[] der, int element) {
        int first = der[element + 1] & 0xff;
        return element + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int element) {
        int first = der[element + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der[element + 2 + i] & 0xff);
        }
        return length;
    }

    private static byte[] element(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.write(0x81);
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
