package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A line server as one writes it in ten minutes, to compare with: one connection at a time, a string for each line. */
final class ReferenceServer {
    private ReferenceServer() {}

    /** Appends lines to the file {@code arguments[0]}; says its port in the file {@code arguments[1]}. */
    public static void main(String[] arguments) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                OutputStream file = new FileOutputStream(arguments[0], true)) {
            Files.writeString(Path.of(arguments[1]), listener.getLocalPort() + "\n");
            while (true) {
                receive(listener, file);
            }
        }
    }

    private static void receive(ServerSocket listener, OutputStream file) throws IOException {
        try (Socket sender = listener.accept();
                BufferedReader lines = new BufferedReader(new InputStreamReader(sender.getInputStream(), ISO_8859_1))) {
            Writer out = new OutputStreamWriter(new BufferedOutputStream(file), ISO_8859_1);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.write(line);
                out.write('\n');
            }
            out.flush();
        }
    }
}
