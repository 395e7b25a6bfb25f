package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.runtime.PostgresConnection;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresConnectionTest {

  @Test
  void readsEveryPart() {
    PostgresConnection read =
        PostgresConnection.parse(
            "postgres://us%40er:p%2Fa%3Ass+%25@db.example:6543/my%20db?sslmode=verify-full&sslpassword=x");
    assertThat(read)
        .isEqualTo(
            new PostgresConnection(
                "db.example",
                6543,
                "my db",
                "us@er",
                "p/a:ss+%",
                Map.of("sslmode", "verify-full", "sslpassword", "x")));
    assertThat(read.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6543/my%20db");
    assertThat(read.jdbcProperties())
        .containsEntry("user", "us@er")
        .containsEntry("password", "p/a:ss+%")
        .containsEntry("sslmode", "verify-full");
  }

  @Test
  void leavesOutPortPasswordAndParameters() {
    assertThat(PostgresConnection.parse("postgresql://u@[::1]/d"))
        .isEqualTo(new PostgresConnection("::1", 5432, "d", "u", "", Map.of()))
        .returns("jdbc:postgresql://[::1]:5432/d", PostgresConnection::jdbcUrl);
  }

  @Test
  void neverShowsASecret() {
    PostgresConnection read =
        PostgresConnection.parse("postgres://u:secret@h/d?sslmode=require&sslpassword=secret");
    assertThat(read).hasToString("postgres://u@h:5432/d?sslmode=require");
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://h/d, begins with postgres://",
    "postgres://u:secret@h, names no database",
    "postgres://u:secret@h/, names no database",
    "postgres://h/d, names no user",
    "postgres://u:secret@h:x/d, a port is 1 to 65535",
    "postgres://u:secret@h:0/d, a port is 1 to 65535",
    "'postgres://u:secret@h,i/d', several hosts",
    "postgres://u:%secret@h/d, %25",
    "postgres://u:secret@h/d?sslmode, name=value"
  })
  void saysWhatIsWrongWithoutThePassword(String address, String expected) {
    assertThatThrownBy(() -> PostgresConnection.parse(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected)
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "postgres://", "postgres://@h/d"})
  void refusesWhatIsNoAddress(String address) {
    assertThatThrownBy(() -> PostgresConnection.parse(address))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
