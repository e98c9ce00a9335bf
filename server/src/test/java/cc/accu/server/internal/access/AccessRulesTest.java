package cc.accu.server.internal.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.line.Origin;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {
    private static final UserList EVERYBODY = UserList.lookUp(List.of(), List.of());

    private static AddressList list(String typed) {
        return typed.isEmpty() ? AddressList.EMPTY : AddressList.of(List.of(typed.split(",")));
    }

    private static Origin of(int uid, int gid) {
        Origin.Credentials who = new Origin.Credentials(7, uid, gid);
        return new Origin("unix /s", "pid=7,uid=" + uid, Optional.of(who), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', 10.0.0.1:5, true",
        "10.0.0.0/8, '', 10.0.0.1:5, true",
        "10.0.0.0/8, '', 11.0.0.1:5, false",
        "'', 10.0.0.0/8, 10.0.0.1:5, false",
        "'', 10.0.0.0/8, 11.0.0.1:5, true",
        "10.0.0.0/8, 10.0.0.1, 10.0.0.1:5, false",
        "10.0.0.1, 10.0.0.0/8, 10.0.0.1:5, false",
        "10.0.0.0/8, 10.0.0.1, 10.0.0.2:5, true",
        "::1, '', [::1]:5, true",
        "::1, '', [::2]:5, false",
        "'', ::1, [::1]:5, false",
        "::1, '', unix, false",
        "'', ::1, unix, true"
    })
    void deniesBeforeItAllows(String allow, String deny, String peer, boolean mayPass) {
        AccessRules rules = new AccessRules(list(allow), list(deny), EVERYBODY);
        assertThat(rules.whyNot(Origin.of("tcp :3000", peer)).isEmpty()).isEqualTo(mayPass);
        assertThat(rules.isForEverybody()).isEqualTo(allow.isEmpty() && deny.isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "'0', '', 0, 5, true",
        "'0', '', 1, 0, false",
        "root, '', 0, 5, true",
        "root, '', 1, 5, false",
        "'', root, 1, 0, true",
        "'', root, 0, 1, false",
        "'', '7', 0, 7, true",
        "'1,2', '3', 2, 9, true",
        "'1,2', '3', 9, 3, true",
        "'1,2', '3', 3, 2, false",
        "'4294967294', '', -2, 0, true"
    })
    void letsUsersOrGroupsPass(String users, String groups, int uid, int gid, boolean mayPass) {
        UserList list = UserList.lookUp(names(users), names(groups));
        AccessRules rules = new AccessRules(AddressList.EMPTY, AddressList.EMPTY, list);
        assertThat(rules.whyNot(of(uid, gid)).isEmpty()).isEqualTo(mayPass);
        assertThat(rules.isForEverybody()).isFalse();
    }

    private static List<String> names(String typed) {
        return typed.isEmpty() ? List.of() : UserList.checked(List.of(typed.split(",")));
    }

    @Test
    void refusesEverybodyWhereTheSystemDoesNotTellWhoItIs() {
        AccessRules rules =
                new AccessRules(AddressList.EMPTY, AddressList.EMPTY, UserList.lookUp(List.of("root"), List.of()));
        assertThat(rules.whyNot(Origin.of("unix /s", "unix")))
                .hasValueSatisfying(why -> assertThat(why).contains("the system does not tell who it is"));
    }

    @Test
    void saysWhatToDoAboutUnknownNames() {
        assertThatThrownBy(() -> UserList.lookUp(List.of("nobody-of-that-name"), List.of()))
                .hasMessage("there is no user 'nobody-of-that-name'; see those that there are with \"getent passwd\","
                        + " or give the number");
        assertThatThrownBy(() -> UserList.lookUp(List.of(), List.of("none-of-that-name")))
                .hasMessageContaining("there is no group 'none-of-that-name'")
                .hasMessageContaining("getent group");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "-x", "a:b", "4294967296", "99999999999999999999", "a\u001bb"})
    void refusesWhatIsNoName(String name) {
        assertThatThrownBy(() -> UserList.checked(List.of("root", name))).isInstanceOf(IllegalArgumentException.class);
    }
}
