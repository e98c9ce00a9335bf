package cc.accu.server.internal.kafka;

import cc.accu.internal.text.Printable;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Says what it means that a cluster is not to be had, and what to do. Immutable. */
final class Diagnosis {
    private final KafkaAddress address;
    private final ProducerSettings settings;

    Diagnosis(KafkaAddress address, ProducerSettings settings) {
        this.address = address;
        this.settings = settings;
    }

    KafkaProblem of(Throwable failure) {
        String said = said(failure);
        if (failure instanceof SaslAuthenticationException) {
            return new KafkaProblem("the brokers do not accept the user or password (" + said
                    + "); see sasl.jaas.config in --kafka-config");
        }
        if (failure instanceof SslAuthenticationException) {
            return new KafkaProblem(ofTls(said(deepest(failure))));
        }
        if (failure instanceof AuthenticationException) {
            return new KafkaProblem("the brokers do not let us in (" + said
                    + "); see security.protocol and sasl.mechanism in --kafka-config");
        }
        if (failure instanceof AuthorizationException) {
            return new KafkaProblem("this user may not write to the topic " + address.topic() + ", or there is none ("
                    + said + "); " + KafkaProblem.howToAllow(address.topic()));
        }
        if (failure instanceof UnsupportedVersionException) {
            return new KafkaProblem(
                    "the brokers are too old for this client (" + said + "); it needs Kafka 2.1 or newer");
        }
        if (failure instanceof TimeoutException) {
            return new KafkaProblem(
                    "somebody listens there, and gives no answer that a Kafka broker would to "
                            + settings.securityProtocol() + " (" + said
                            + "); is it the port of the brokers, and what do"
                            + " they want: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL? See security.protocol in"
                            + " --kafka-config",
                    true,
                    failure);
        }
        return new KafkaProblem(ofClient(failure));
    }

    private static String ofTls(String reason) {
        String see = "see the ssl. properties in --kafka-config";
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.contains("certification path") || lower.contains("trustanchors")) {
            see = "nobody that is trusted here vouches for the broker: name a file with its authority in"
                    + " ssl.truststore.location, in --kafka-config";
        } else if (lower.contains("certificate_required") || lower.contains("bad_certificate")) {
            see = "the broker wants a certificate of ours that it trusts: name a file with it in"
                    + " ssl.keystore.location, in --kafka-config";
        }
        return "TLS does not come about (" + reason + "); " + see;
    }

    /** What cannot be made of the properties. */
    private String ofClient(Throwable failure) {
        Throwable reason = failure;
        while (reason.getCause() != null && !(reason instanceof ConfigException)) {
            reason = reason.getCause();
        }
        String said = reason instanceof NoSuchFileException ? "there is no file " + said(reason) : said(reason);
        if (reason.equals(failure)) {
            return said;
        }
        boolean ofLogin = said.contains("JAAS");
        return "there can be no Kafka client with these properties: " + said + "; see "
                + (ofLogin
                        ? "sasl.mechanism and sasl.jaas.config"
                        : settings.securityProtocol().endsWith("SSL")
                                ? "the ssl. properties and their passwords"
                                : "them")
                + " in --kafka-config";
    }

    private static Throwable deepest(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest;
    }

    private String said(Throwable failure) {
        return Printable.line(settings.withoutSecrets(String.valueOf(failure.getMessage())));
    }
}
