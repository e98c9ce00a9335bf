package cc.accu.server.internal.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** Opens and renames the files that are written to: where a test puts a disk that fails. */
public interface FileOpener {
    FileOpener DISK = FileChannel::open;

    FileChannel open(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException;

    default FileChannel open(Path path, OpenOption... options) throws IOException {
        return open(path, Set.of(options));
    }

    default void move(Path from, Path to, CopyOption... options) throws IOException {
        Files.move(from, to, options);
    }

    /**
     * Who may do what with a file of ours, from its first moment on.
     *
     * @param bits as {@code chmod} takes them
     */
    record FileMode(int bits) {
        /** For the owner alone. */
        static final FileMode PRIVATE = new FileMode(0600);

        /** To create a file with: it has these permissions at once, less what the process's umask takes away. */
        public FileAttribute<Set<PosixFilePermission>> atCreation() {
            return PosixFilePermissions.asFileAttribute(permissions());
        }

        /** Gives back to a new file, or directory, what the umask took. A link that was put in its place is not followed. */
        public void complete(Path file) throws IOException {
            PosixFileAttributeView view = Objects.requireNonNull(
                    Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
            Set<PosixFilePermission> wanted = permissions();
            if (!view.readAttributes().permissions().equals(wanted)) {
                try {
                    view.setPermissions(wanted);
                } catch (FileSystemException notPermitted) {
                    throw new FileProblem(
                            "cannot give " + file + " its permissions ("
                                    + PosixFilePermissions.toString(wanted)
                                    + "): " + FileProblem.why(notPermitted)
                                    + "; choose a path on a file system that keeps permissions",
                            notPermitted);
                }
            }
        }

        /** Whether the umask took nothing. */
        boolean isWhole(Path file) throws IOException {
            return Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
                    .containsAll(permissions());
        }

        private Set<PosixFilePermission> permissions() {
            Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
            int bit = 0400; // the constants stand in the order of the bits
            for (PosixFilePermission permission : PosixFilePermission.values()) {
                if ((bits & bit) != 0) {
                    permissions.add(permission);
                }
                bit >>= 1;
            }
            return permissions;
        }
    }
}
