package dev.freshet.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random edits of a good file: a value or problems inside the file, and never an exception. */
class ConfigReaderFuzz {
  private static final int RUNS = 6_000;
  private static final String PIECES =
      "[]{}:,-?*&!|>'\"%@`#$ \t\n\r~\\0aZé\u0000\u0085\u2028\uD83D";
  private static final Environment ENVIRONMENT = Environment.of(Map.of("PW", "hunter2"));
  private static final String GOOD =
      """
      # yaml-language-server: $schema=./freshet.schema.json
      postgres: postgres://u:${PW}@db:5432/shop
      password: ${NONE:-secret}
      invalidate:
        public.products: &tags [ "product:{id}", 'category:{category_id}' ]
        public.prices:
          tags: product:{product_id}
          unless-only: [ updated_at ]
        public.copies: *tags
        public.secrets: x:${PW}
      views:
        - views/a.sql          # a comment
        - >
          folded
      latency: { window: 5m, slo: { commit-to-delete: { p99: 100ms, errors: 0.01 } } }
      console: { listen: "127.0.0.1:8088", mode: read-only, feed: 10, memory: 1gb }
      """;

  @Test
  void everyEditedFileIsAcceptedOrExplained() {
    long first = Long.getLong("fuzz.seed", 20_261_123);
    int accepted = 0;
    for (long seed = first; seed < first + RUNS; seed++) {
      String text = edited(GOOD, new Random(seed));
      try {
        accepted += check(text);
      } catch (RuntimeException | StackOverflowError | AssertionError e) {
        throw new AssertionError("-Dfuzz.seed=" + seed + "\n" + text, e);
      }
    }
    assertThat(accepted)
        .as("accepted, -Dfuzz.seed=%d", first)
        .isBetween(RUNS / 50, RUNS - RUNS / 50);
  }

  private static int check(String text) {
    return Shop.read(text, ENVIRONMENT)
        .fold(
            value -> {
              assertThat(value.value().postgres()).isNotNull();
              assertThat(new ConfigWriter(Shop.SCALARS).write(value))
                  .isNotEmpty()
                  .doesNotContain("hunter2");
              return 1;
            },
            problems -> {
              List<String> lines = text.lines().toList();
              int last = Math.max(1, lines.size());
              for (ConfigProblem problem : problems.problems()) {
                assertThat(problem.line()).isBetween(1, last);
                int length = lines.isEmpty() ? 0 : lines.get(problem.line() - 1).length();
                assertThat(problem.column()).isBetween(1, length + 1);
                assertThat(problem.message()).isNotBlank().doesNotContain("hunter2");
              }
              assertThat(problems.text().lines()).hasSize(problems.problems().size() + 1);
              return 0;
            });
  }

  private static String edited(String text, Random random) {
    String edited = text;
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      edited = random.nextInt(3) == 0 ? lineEdit(edited, random) : characterEdit(edited, random);
    }
    return edited;
  }

  private static String characterEdit(String text, Random random) {
    int at = random.nextInt(text.length() + 1);
    String piece = String.valueOf(PIECES.charAt(random.nextInt(PIECES.length())));
    int removed = Math.min(text.length(), at + random.nextInt(3));
    return text.substring(0, at) + piece.repeat(random.nextInt(3)) + text.substring(removed);
  }

  private static String lineEdit(String text, Random random) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (lines.isEmpty()) {
      return text;
    }
    int at = random.nextInt(lines.size());
    switch (random.nextInt(4)) {
      case 0 -> lines.remove(at);
      case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
      case 2 -> Collections.swap(lines, at, random.nextInt(lines.size()));
      default -> lines.set(at, " ".repeat(random.nextInt(5)) + lines.get(at).strip());
    }
    return String.join(random.nextInt(9) == 0 ? "\r\n" : "\n", lines) + "\n";
  }
}
