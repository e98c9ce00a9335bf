package cc.accu.client.cli;

import java.io.InputStream;
import java.io.PrintWriter;

/** What a command reads, and where it prints. */
record StandardStreams(InputStream in, PrintWriter out, PrintWriter err) {}
