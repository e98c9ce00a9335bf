package cc.accu.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.transport.SocketIo.NativeLibrary;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

/** The failures are those that Netty 4.2.18 has for each. */
class NativeLibraryTest {
    @Test
    void namesATemporaryDirectoryThatIsMountedNoexec() {
        Throwable failure = new UnsatisfiedLinkError("/t/libx.so: failed to map segment from shared object");
        assertThat(NativeLibrary.whyMissing(failure))
                .contains(" which is mounted noexec; name another directory with java -Dio.netty.native.workdir=DIR");
    }

    @Test
    void saysWhyTheLibraryCannotBeWritten() {
        assertThat(NativeLibrary.whyMissing(cannotLoad(new IOException("No space left on device"))))
                .contains("cannot be written to", "(no space left on device); name another directory");
        assertThat(NativeLibrary.whyMissing(
                        cannotLoad(new FileSystemException("/t/libx.so", null, "Read-only file system"))))
                .contains("(read-only file system)");
        assertThat(NativeLibrary.whyMissing(cannotLoad(new FileNotFoundException("/t/libx.so (Permission denied)"))))
                .contains("(permission denied)");
        assertThat(NativeLibrary.whyMissing(cannotLoad(new IOException("Custom native workdir mkdirs failed: /t"))))
                .contains("(it cannot be made)");
    }

    @Test
    void saysThatThereIsNoneForTheMachine() {
        Throwable failure =
                cannotLoad(new FileNotFoundException("META-INF/native/libnetty_transport_native_epoll_s390_64.so"));
        assertThat(NativeLibrary.whyMissing(failure))
                .startsWith("there is none for ")
                .contains("only for Linux and macOS");
    }

    @Test
    void saysThatItNeedsGlibc() {
        assertThat(NativeLibrary.whyMissing(new UnsatisfiedLinkError(
                        "/t/libx.so: Error loading shared library ld-linux-x86-64.so.2: No such file or directory")))
                .contains("musl");
    }

    @Test
    void saysThatItIsSwitchedOff() {
        assertThat(NativeLibrary.whyMissing(new UnsupportedOperationException("disabled")))
                .isEqualTo("it is switched off with -Dio.netty.transport.noNative=true");
    }

    private static Throwable cannotLoad(IOException cause) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError("could not load a native library");
        error.initCause(cause);
        UnsatisfiedLinkError other = new UnsatisfiedLinkError("could not load a native library: without the machine");
        other.initCause(new FileNotFoundException("META-INF/native/libnetty_transport_native_epoll.so"));
        error.addSuppressed(other);
        return error;
    }
}
