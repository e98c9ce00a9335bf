package cc.accu.server.sink;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Why a file cannot be written to, in words for people. */
final class FileProblem {
    private FileProblem() {}

    /** Why, and what to do. */
    static String describe(IOException failure, Path path) {
        Path directory = RotatedNames.directoryOf(path);
        if (failure instanceof NoSuchFileException && !Files.exists(directory)) {
            return "the directory " + directory + " does not exist; create it, or choose another path";
        }
        if (failure instanceof NotDirectoryException || !Files.isDirectory(directory)) {
            return directory + " is not a directory; choose another path";
        }
        if (failure instanceof AccessDeniedException denied) {
            return "permission denied; this user must be able to write to " + denied.getFile();
        }
        if (failure instanceof FileSystemException known && known.getReason() != null) {
            return known.getReason() + " (" + known.getFile() + ")";
        }
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
