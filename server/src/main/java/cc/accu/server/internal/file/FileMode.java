package cc.accu.server.internal.file;

import cc.accu.internal.text.FilePermissions;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * Who may do what with a file of ours, from its first moment on.
 *
 * @param bits as {@code chmod} takes them
 */
record FileMode(int bits) {
    /** For the owner alone. */
    static final FileMode PRIVATE = new FileMode(0600);

    /** To create a file with: it has these permissions at once, less what the process's umask takes away. */
    FileAttribute<Set<PosixFilePermission>> atCreation() {
        return PosixFilePermissions.asFileAttribute(permissions());
    }

    /** Gives back to a new file what the umask took. A link that was put in its place is not followed. */
    void complete(Path file) throws IOException {
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
        return Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS).containsAll(permissions());
    }

    private Set<PosixFilePermission> permissions() {
        return FilePermissions.of(bits);
    }
}
