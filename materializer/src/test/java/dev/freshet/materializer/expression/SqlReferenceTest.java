package dev.freshet.materializer.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SqlReferenceTest {

  private static final Path PAGE = Path.of("..", "docs", "reference", "sql.md");

  @Test
  void theCheckedInPageIsWhatTheOperatorTableSays() throws IOException {
    if (System.getProperty("sql.reference.write") != null) {
      Files.writeString(PAGE, SqlReference.page());
    }
    assertThat(Files.readString(PAGE))
        .as("stale: mvn -pl materializer -am test -Dtest=SqlReferenceTest -Dsql.reference.write")
        .isEqualTo(SqlReference.page());
  }
}
