package cc.accu.internal.transport;

import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix domain socket that a server listens on: what may be in its way, who may connect, and whose it is
 * at the end. Blocking; one thread at a time, which holds the {@link UnixSocketLock}.
 */
public final class UnixSocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET_TYPE = 0140000;
    private static final int MOST_NAMES_TRIED = 1000;
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

    /**
     * Who may connect, by the permissions of the file.
     *
     * @param mode permissions, for example {@code 0660}
     * @param group the group, by name or number; empty to leave it as it is
     */
    public record Access(int mode, Optional<String> group) {
        /** Whoever shares the group may connect, and the group is the server's. */
        public static final Access DEFAULT = new Access(0660, Optional.empty());

        public Access {
            if (mode < 0 || mode > 0777) {
                throw new IllegalArgumentException(
                        "mode out of range 0..0777: 0" + Integer.toOctalString(mode) + "; for example mode=0660");
            }
            if (group.filter(String::isBlank).isPresent()) {
                throw new IllegalArgumentException("group needs a name or number, for example group=adm");
            }
        }
    }

    private final Endpoint.Unix unix;
    private final Access access;
    private final SocketIo io;
    private final Path path;
    private @Nullable Object key;

    UnixSocketFile(Endpoint.Unix unix, Access access, SocketIo io) {
        this.unix = unix;
        this.access = access;
        this.io = io;
        this.path = Path.of(unix.path());
    }

    Path path() {
        return path;
    }

    /** Removes a stale socket; refuses, and leaves as it is, anything else that has the name. */
    void makeFree() throws IOException {
        int type;
        try {
            type = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & FILE_TYPE;
        } catch (NoSuchFileException free) {
            return;
        }
        if (type != SOCKET_TYPE) {
            throw new ListenException(
                    unix,
                    "a " + UnixPathProblem.kindOf(path, LinkOption.NOFOLLOW_LINKS)
                            + " is in the way, and accu replaces only stale sockets; move it, or choose another path");
        }
        if (somebodyListens()) {
            throw new ListenException(
                    unix,
                    "another process is listening; see who with \"ss -xlp src '*" + path.getFileName()
                            + "'\", or choose another path");
        }
        Files.delete(path);
        LOG.warn("removed the stale socket {}: nobody was listening on it", path);
    }

    /** Only a refused connection shows that nobody listens: a full queue or a lack of rights does not. */
    private boolean somebodyListens() {
        try {
            probe();
            return true;
        } catch (IOException failure) {
            return switch (Reason.of(failure)) {
                case CONNECTION_REFUSED -> false;
                case TRY_AGAIN -> true;
                case WRONG_SOCKET_TYPE ->
                    throw new ListenException(
                            unix,
                            "a socket that is not for streams (a datagram socket?) is in the way; move it, or choose another"
                                    + " path",
                            failure);
                default ->
                    throw new ListenException(
                            unix,
                            "a socket is in the way, and whether it is in use cannot be told ("
                                    + Reason.describe(failure) + "); remove it, or choose another path",
                            failure);
            };
        }
    }

    /** Connects, without waiting. The JDK's own sockets do not take the longest paths. */
    private void probe() throws IOException {
        if (io == SocketIo.NIO) {
            try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                probe.configureBlocking(false);
                probe.connect(UnixDomainSocketAddress.of(path));
            }
        } else {
            Socket probe = Socket.newSocketDomain();
            try {
                probe.connect(new DomainSocketAddress(unix.path()));
            } finally {
                probe.close();
            }
        }
    }

    /** Makes the name ours, by a file that nobody else can have made; binding replaces it. */
    void reserveName() throws IOException {
        Files.createFile(path);
    }

    /** A name in the same directory that a socket may have. */
    Path unusedSibling() throws IOException {
        String directory = unix.path().substring(0, unix.path().lastIndexOf('/') + 1);
        int room = io.mostPathBytes() - directory.getBytes(StandardCharsets.UTF_8).length;
        for (int attempt = 0; attempt < MOST_NAMES_TRIED; attempt++) {
            StringBuilder name = new StringBuilder(directory);
            for (int i = 0; i < Math.min(room, 12); i++) {
                name.append(ALPHABET.charAt(ThreadLocalRandom.current().nextInt(ALPHABET.length())));
            }
            Path sibling = Path.of(name.toString());
            if (!Files.exists(sibling, LinkOption.NOFOLLOW_LINKS)) {
                return sibling;
            }
        }
        throw new IOException("no name is free beside " + path);
    }

    void moveHere(Path aside) throws IOException {
        Files.move(aside, path);
    }

    /** Gives the socket, under whatever name, its final group and mode. */
    void setAccess(Path file) throws IOException {
        if (access.group().isPresent()) {
            setGroup(file, access.group().get());
        }
        Files.setAttribute(file, "unix:mode", access.mode());
    }

    private void setGroup(Path file, String group) throws IOException {
        try {
            Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setGroup(
                            file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
        } catch (UserPrincipalNotFoundException unknown) {
            throw new ListenException(
                    unix, "there is no group '" + group + "'; see the groups with \"getent group\"", unknown);
        } catch (IOException denied) {
            throw new ListenException(
                    unix,
                    "cannot give the socket to group '" + group + "': " + Reason.describe(denied)
                            + "; only root or a member of the group can",
                    denied);
        }
    }

    /** Notes which file is ours: while the socket is open, no other file gets its inode number. */
    void remember() throws IOException {
        key = keyNow();
    }

    private @Nullable Object keyNow() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    void remove() throws IOException {
        Files.deleteIfExists(path);
    }

    /** Removes the file if it is still the one that we made. To be called while the socket is open. */
    void removeIfOurs() {
        try (UnixSocketLock lock = UnixSocketLock.take(unix)) {
            if (Objects.equals(keyNow(), key)) {
                remove();
            }
        } catch (NoSuchFileException gone) {
            LOG.debug("the socket file {} was gone already", path);
        } catch (IOException failure) {
            LOG.warn("cannot remove the socket file {}: {}", path, Reason.describe(failure));
        }
    }
}
