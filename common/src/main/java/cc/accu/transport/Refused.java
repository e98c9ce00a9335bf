package cc.accu.transport;

import java.util.Locale;

/** Why a connection was turned away, before any line of it was taken. */
public enum Refused {
    /** As many as are allowed were open. */
    TOO_MANY,
    /** As many as are allowed were open from the same address. */
    TOO_MANY_FROM_PEER,
    /** Its address or its user is not among those that may send, or its certificate names somebody who is not. */
    NOT_ALLOWED,
    /** There was no agreement on TLS, or the certificate was not trusted. */
    TLS_FAILED,
    /** What a load balancer says before the sender's bytes was not there, could not be read, or came from somebody else. */
    PROXY_HEADER,
    /** It spoke another protocol than is spoken there. */
    WRONG_PROTOCOL,
    /** It took too long to say who it is. */
    HANDSHAKE_TIMEOUT,
    /** It ended before it said who it is, as the probes of load balancers do. */
    LEFT,
    /** The server was stopping. */
    SHUTTING_DOWN;

    /** The name as it is counted and printed, for example {@code not-allowed}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
