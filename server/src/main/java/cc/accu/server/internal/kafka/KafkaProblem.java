package cc.accu.server.internal.kafka;

import cc.accu.internal.text.Printable;
import java.io.IOException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;

/** Kafka does not take lines for now, or at all. The message says what was tried, why it failed and what to do. */
public final class KafkaProblem extends IOException {
    private static final long serialVersionUID = 1;

    /** What holds senders, in a word, when it passes by itself. */
    static final String NO_BROKER = "no-broker";

    private final boolean mayPass;

    /** @param mayPass whether it may be over when it is tried again, as when brokers are only starting */
    KafkaProblem(String message, boolean mayPass, Throwable cause) {
        super(message, cause);
        this.mayPass = mayPass;
    }

    /** One that somebody has to do something about. */
    KafkaProblem(String message) {
        super(message);
        this.mayPass = false;
    }

    /** The same, with more to say. */
    KafkaProblem with(String advice) {
        return new KafkaProblem(getMessage() + advice, mayPass, this);
    }

    boolean mayPass() {
        return mayPass;
    }

    /** What is to be done about a record that did not get through. */
    enum Remedy {
        /** Kafka would refuse it again: it goes to the dead letters. */
        SET_ASIDE,
        /** It is sent again, by the same producer. */
        SEND_AGAIN,
        /** It is sent again, after a while: somebody has to do something in the cluster, or it is not there. */
        WAIT,
        /** The producer is of no use any more: another one sends it again. */
        NEW_PRODUCER
    }

    static Remedy remedyFor(Exception failure) {
        if (failure instanceof RecordTooLargeException
                || failure instanceof RecordBatchTooLargeException
                || failure instanceof InvalidTimestampException
                || failure instanceof InvalidRecordException
                || failure instanceof UnsupportedForMessageFormatException
                || failure instanceof SerializationException) {
            return Remedy.SET_ASIDE;
        }
        if (failure instanceof AuthorizationException
                || failure instanceof AuthenticationException
                || failure instanceof InvalidTopicException
                || failure instanceof RetriableException) {
            return Remedy.WAIT;
        }
        return isOfAnotherRecord(failure) ? Remedy.SEND_AGAIN : Remedy.NEW_PRODUCER;
    }

    /** The whole request fails when the broker refuses one record of it: the others are told so by the text alone. */
    private static boolean isOfAnotherRecord(Exception failure) {
        return failure.getClass() == KafkaException.class
                && String.valueOf(failure.getMessage()).contains("part of a batch");
    }

    /** What holds the senders, in a word. */
    static String wordFor(Exception failure) {
        if (failure instanceof AuthorizationException || failure instanceof AuthenticationException) {
            return "not-allowed";
        }
        if (failure instanceof KafkaProblem problem) {
            return problem.mayPass ? NO_BROKER : "no-topic";
        }
        return failure instanceof InvalidTopicException || failure instanceof UnknownTopicOrPartitionException
                ? "no-topic"
                : NO_BROKER;
    }

    /** In a few words, for the log. */
    static String describe(Throwable failure) {
        if (failure instanceof KafkaProblem) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof TimeoutException) {
            return "no broker takes lines; do they run, and can they be reached (" + said(failure) + ")";
        }
        String name = failure.getClass().getSimpleName().replaceAll("Exception$", "");
        String words = name + ": " + said(failure);
        return failure instanceof TopicAuthorizationException refused
                ? words + "; " + howToAllow(String.join(",", refused.unauthorizedTopics()))
                : words;
    }

    /** What a broker may have written. */
    private static String said(Throwable failure) {
        return Printable.line(String.valueOf(failure.getMessage()));
    }

    /** What somebody has to do so that we may write to a topic. */
    static String howToAllow(String topic) {
        return "allow it: kafka-acls --add --allow-principal User:NAME --producer --topic " + topic;
    }
}
