package cc.accu.internal.process;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A standard stream, as it was when the process started. One that was closed then is given to the first file that anybody
 * opens, the JVM itself before all: its own {@code lib/modules} can be read as standard input, and what is written to
 * standard error can land in a file of messages. So a command calls {@link #protect} before all else.
 */
public final class StandardStream {
    public static final StandardStream INPUT = new StandardStream(0, "standard input", "</dev/null");
    public static final StandardStream OUTPUT = new StandardStream(1, "standard output", ">/dev/null");
    public static final StandardStream ERROR = new StandardStream(2, "standard error", "2>/dev/null");

    private static final List<StandardStream> ALL = List.of(INPUT, OUTPUT, ERROR);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path NOWHERE = Path.of("/dev/null");
    private static final Pattern FLAGS = Pattern.compile("flags:\\s*([0-7]+)");
    private static final int ACCESS_MODE = 03;
    private static final int READ_ONLY = 0;
    private static final int WRITE_ONLY = 01;
    private static final int CLOSE_ON_EXEC = 02000000;

    /** Never closed: they keep the descriptors that were free from being given to anything else. */
    private static final List<RandomAccessFile> PLACEHOLDERS = new ArrayList<>();

    static {
        protectAll();
    }

    private final int descriptor;
    private final String text;
    private final String redirection;
    private boolean open;
    private volatile @Nullable IOException failure;

    private StandardStream(int descriptor, String text, String redirection) {
        this.descriptor = descriptor;
        this.text = text;
        this.redirection = redirection;
    }

    /**
     * Finds out which streams there are, lets the others be nothing in {@link System} too, and sees to it that no file takes
     * their descriptors from now on. Standard input waits for more from now on, also where it does not block. Call it before
     * anything is opened.
     */
    public static void protect() {
        // All is done when the class is there.
    }

    /** Whether it was there when the process started. */
    public boolean isOpen() {
        return open;
    }

    /**
     * Says what is wrong if it was not there.
     *
     * @param need who needs it, for example {@code --print-acks writes to it}
     */
    public Optional<String> missing(String need) {
        return open
                ? Optional.empty()
                : Optional.of(text + " is closed, and " + need + "; for nothing there, start it with " + redirection);
    }

    /** Where to write, nowhere if it was not there when the process started; {@link #failure} tells what went wrong. */
    public OutputStream writer() {
        return open ? new Remembering() : OutputStream.nullOutputStream();
    }

    /** Why something could not be written, the last time. */
    public Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Those who print do not hear why nothing comes out. */
    private final class Remembering extends FilterOutputStream {
        @SuppressWarnings("resource") // it is the process's
        Remembering() {
            super(new FileOutputStream(descriptor == 1 ? FileDescriptor.out : FileDescriptor.err));
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException notWritten) {
                failure = notWritten;
                throw notWritten;
            }
        }
    }

    /** Whether it is a terminal that a person looks at. {@link System#console} is null as soon as standard input is a pipe. */
    @SuppressWarnings("SystemConsoleNull") // true too often there from JDK 22 on: escaping too much is the safe side
    public boolean isTerminal() {
        return target().map(StandardStream::isTerminal).orElseGet(() -> System.console() != null);
    }

    private static boolean isTerminal(String target) {
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    }

    private static void protectAll() {
        boolean proc = Files.isDirectory(DESCRIPTORS);
        // Before anything is opened here, which would take the place of what is missing.
        for (StandardStream stream : ALL) {
            stream.open = proc ? stream.target().isPresent() : stream.size() >= 0;
        }
        for (StandardStream stream : ALL) {
            if (!stream.open) {
                holdTheLowestFree();
            }
        }
        for (StandardStream stream : ALL) {
            stream.open &= proc ? stream.isInherited() : stream.size() != sizeOf(modules());
        }
        replace();
    }

    private static void holdTheLowestFree() {
        try {
            PLACEHOLDERS.add(new RandomAccessFile(NOWHERE.toFile(), "rw"));
        } catch (IOException noSuchDevice) {
            // Nothing can be done about it, and nobody can be told.
        }
    }

    private static void replace() {
        System.setIn(INPUT.open ? new StandardInput() : InputStream.nullInputStream());
        if (!OUTPUT.open) {
            System.setOut(nowhere());
        }
        if (!ERROR.open) {
            System.setErr(nowhere());
        }
    }

    private static PrintStream nowhere() {
        return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    }

    private boolean isInherited() {
        String target = target().orElse("");
        int flags = flags();
        // What this process opens itself is mostly not for its children; what it was given always was.
        if ((flags & CLOSE_ON_EXEC) != 0 || (isOfTheJvm(target) && !isOpenTwice(target))) {
            return false;
        }
        return this == INPUT ? (flags & ACCESS_MODE) != WRITE_ONLY : isWritable(target, flags);
    }

    private boolean isWritable(String target, int flags) {
        // The JDK puts /dev/null there when it closes a file that had the number, as only one behind another has.
        boolean leftByTheJdk = ALL.subList(0, descriptor).stream().anyMatch(lower -> !lower.open)
                && (flags & ACCESS_MODE) == WRITE_ONLY
                && target.equals(NOWHERE.toString());
        return (flags & ACCESS_MODE) != READ_ONLY && !leftByTheJdk;
    }

    private static boolean isOfTheJvm(String target) {
        if (target.equals(modules().toString()) || target.contains("/hsperfdata_")) {
            return true;
        }
        for (String entry : System.getProperty("java.class.path", "").split(":", -1)) {
            if (!entry.isEmpty() && target.equals(real(Path.of(entry)).toString())) {
                return true;
            }
        }
        return false;
    }

    /** Somebody may have redirected a stream to a file of the JVM, which then has it open a second time. */
    private static boolean isOpenTwice(String target) {
        int times = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path one : all) {
                times += target(one).filter(target::equals).isPresent() ? 1 : 0;
            }
        } catch (IOException unreadable) {
            return false;
        }
        return times > 1;
    }

    private static Path modules() {
        return real(Path.of(System.getProperty("java.home", ""), "lib", "modules"));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException missing) {
            return path;
        }
    }

    private Optional<String> target() {
        return target(DESCRIPTORS.resolve(String.valueOf(descriptor)));
    }

    private static Optional<String> target(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException | UnsupportedOperationException none) {
            return Optional.empty();
        }
    }

    private int flags() {
        try {
            Matcher flags = FLAGS.matcher(Files.readString(Path.of("/proc/self/fdinfo/" + descriptor)));
            return flags.find() ? Integer.parseInt(flags.group(1), 8) : ACCESS_MODE;
        } catch (IOException unreadable) {
            return ACCESS_MODE;
        }
    }

    /** Of what the descriptor stands for; -1 if it is closed. Closes nothing. */
    private long size() {
        try {
            return channel().size();
        } catch (IOException closed) {
            return -1;
        }
    }

    @SuppressWarnings("resource") // the descriptors are not ours to close
    private FileChannel channel() {
        return this == INPUT
                ? new FileInputStream(FileDescriptor.in).getChannel()
                : new FileOutputStream(this == OUTPUT ? FileDescriptor.out : FileDescriptor.err).getChannel();
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException missing) {
            return -1;
        }
    }

    /**
     * Reads the process's descriptor 0, which is somebody else's, and never closes it. Whoever started the process, or shares the
     * pipe with it, as node and ssh do, may have made it non-blocking: then it has nothing for now, which is not a failure.
     */
    private static final class StandardInput extends InputStream {
        private final FileChannel channel = new Unclosed().getChannel();

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            ByteBuffer into = ByteBuffer.wrap(bytes, offset, length);
            NonBlockingPause pause = new NonBlockingPause();
            int count = channel.read(into);
            while (count == 0) {
                pause.await();
                count = channel.read(into);
            }
            return count;
        }

        /** Were it closed, the JDK would put {@code /dev/null} in the place of descriptor 0. */
        private static final class Unclosed extends FileInputStream {
            Unclosed() {
                super(FileDescriptor.in);
            }

            @Override
            public void close() {}
        }
    }
}
