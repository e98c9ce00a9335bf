package cc.accu.server.internal.access;

import cc.accu.line.Origin;
import java.util.Optional;

/**
 * Who may send to a listener. Any thread.
 *
 * @param allow addresses that may; empty for all
 * @param deny addresses that may not, whatever {@code allow} says
 * @param users users that may; empty for all
 */
public record AccessRules(AddressList allow, AddressList deny, UserList users) {
    /** Whether nobody is refused. */
    public boolean isForEverybody() {
        return allow.isEmpty() && deny.isEmpty() && users.isEmpty();
    }

    /** Why this one may not send, in a sentence with what to do; nothing if it may. */
    Optional<String> whyNot(Origin sender) {
        if (deny.contains(sender.host())) {
            return Optional.of("its address is among those that deny names");
        }
        if (!allow.isEmpty() && !allow.contains(sender.host())) {
            return Optional.of("its address is not among those that allow names; add it if it may send");
        }
        return users.isEmpty() ? Optional.empty() : users.whyNot(sender.credentials());
    }
}
