package cc.accu.internal.text;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The word that was meant by one that was mistyped. */
public final class Nearest {
    private static final int MOST_SLIPS = 2;

    private Nearest() {}

    /** The word that one or two slips of the finger make out of {@code typed}. */
    public static Optional<String> to(String typed, Collection<String> words) {
        String lower = typed.toLowerCase(Locale.ROOT);
        Optional<String> nearest = Optional.empty();
        int fewest = MOST_SLIPS + 1;
        for (String word : words) {
            int slips = distance(lower, word);
            if (slips < fewest) {
                fewest = slips;
                nearest = Optional.of(word);
            }
        }
        return nearest;
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
