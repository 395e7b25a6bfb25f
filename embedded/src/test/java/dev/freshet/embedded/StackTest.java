package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StackTest {

  @Test
  void existingServersAreOnlyAddresses() {
    PostgresAddress address = new PostgresAddress("db", 5432, "app", "me", "p@ss word");
    try (Stack stack = Stack.existing("k:9092", address, "redis://r:6379")) {
      assertThat(stack.kafkaBootstrap()).isEqualTo("k:9092");
      assertThat(stack.postgres().jdbcUrl()).isEqualTo("jdbc:postgresql://db:5432/app");
      assertThat(stack.postgres().uri()).isEqualTo("postgres://me:p%40ss%20word@db:5432/app");
      assertThat(stack.redisUri()).isEqualTo("redis://r:6379");
    }
  }

  @Test
  void aPasswordIsNotPrinted() {
    assertThat(new PostgresAddress("db", 5432, "app", "me", "secret").toString())
        .doesNotContain("secret");
  }

  @Test
  void errorsSayWhatWhyAndWhatToDo() {
    assertThat(new StackException("it broke", "line 1\nline 2", "mend it"))
        .hasMessage("it broke\n  line 1\n  line 2\n  hint: mend it");
  }

  @Test
  void aDatabaseNameThatNeedsQuotesIsRefused() {
    ServerSpec spec = ServerSpec.in(Path.of("unused"), "postgres");
    assertThatThrownBy(() -> new EmbeddedPostgres(spec, "a\"b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a\"b");
  }

  @Test
  void askingForContainersNeverThrows() {
    assertThat(ContainerStack.available()).isIn(true, false);
  }
}
