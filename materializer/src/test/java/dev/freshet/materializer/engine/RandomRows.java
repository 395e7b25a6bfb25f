package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Source;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random values with many equal ones, and those at the edges of their type. */
final class RandomRows {

  private static final String[] TEXTS = {"", "a", "b", "aa", "ä", "\uFFFD", "\uD83D\uDE00", "z"};
  private static final String[] NUMERICS = {
    "0", "0.00", "1", "1.0", "1.00", "-1.5", "12.345", "100", "1E+3", "-0.001", "99999999999.99"
  };
  private static final double[] FLOATS = {0, -0.0, 1.5, -2, 1e17, 3e-5, Double.NaN, 0.1};

  private final Random random;

  RandomRows(Random random) {
    this.random = random;
  }

  @Nullable Object value(Column column) {
    if (column.nullable() && random.nextInt(6) == 0) {
      return null;
    }
    return switch (column.type().kind()) {
      case INT8 -> (long) random.nextInt(8);
      case INT4 ->
          random.nextInt(10) == 0 ? (long) Integer.MAX_VALUE : (long) random.nextInt(20) - 10;
      case NUMERIC -> {
        BigDecimal number = new BigDecimal(NUMERICS[random.nextInt(NUMERICS.length)]);
        yield number.scale() < 0 ? number.setScale(0) : number;
      }
      case FLOAT8 -> FLOATS[random.nextInt(FLOATS.length)];
      case BOOL -> random.nextBoolean();
      default -> TEXTS[random.nextInt(TEXTS.length)];
    };
  }

  /** A row of this source's table with this primary key. */
  Map<String, @Nullable Object> row(Source source, long id) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    for (Column column : source.columns()) {
      row.put(column.name(), value(column));
    }
    row.put("id", id);
    return row;
  }
}
