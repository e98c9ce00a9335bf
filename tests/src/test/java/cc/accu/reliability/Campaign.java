package cc.accu.reliability;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs faults for as long as evidence takes: {@code Campaign [--tls] [--short] [--rounds=N] [--seed=N] [fault…]}, all of
 * them by default; over TLS, all but those of Kafka. The exit code is 0 if everything held.
 */
public final class Campaign {
    private boolean isShort;
    private int rounds;
    private long seed = System.nanoTime();
    private double patience = 1;
    private Carrier carrier = Carrier.PLAIN;
    private final List<Fault> faults = new ArrayList<>();

    private Campaign(String... arguments) {
        for (String argument : arguments) {
            String value = argument.substring(argument.indexOf('=') + 1);
            switch (argument.replaceFirst("=.*", "")) {
                case "--tls" -> carrier = Carrier.TLS;
                case "--short" -> isShort = true;
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--seed" -> seed = Long.parseLong(value);
                case "--patience" -> patience = Double.parseDouble(value);
                default -> faults.add(Fault.named(argument));
            }
        }
    }

    /** See above. */
    public static void main(String[] arguments) throws Exception {
        System.exit(new Campaign(arguments).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        boolean held = true;
        for (Fault fault : chosen()) {
            List<String> missing = fault.missing();
            if (!missing.isEmpty()) {
                System.out.println("skipped " + fault + ": " + String.join(", ", missing));
                continue;
            }
            Report report = fault.run(effortFor(fault), carrier);
            System.out.println(report);
            held &= report.holds();
        }
        return held;
    }

    private List<Fault> chosen() {
        if (!faults.isEmpty()) {
            return faults;
        }
        return Stream.of(Fault.values())
                .filter(fault -> carrier == Carrier.PLAIN || !fault.isOfKafka())
                .toList();
    }

    private Effort effortFor(Fault fault) {
        int count = rounds > 0 ? rounds : isShort ? fault.shortRounds(carrier) : fault.campaignRounds();
        return new Effort(count, seed, patience);
    }
}
