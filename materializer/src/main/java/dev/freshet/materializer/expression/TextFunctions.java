package dev.freshet.materializer.expression;

import static dev.freshet.materializer.plan.PgType.Kind.BOOL;
import static dev.freshet.materializer.plan.PgType.Kind.BPCHAR;
import static dev.freshet.materializer.plan.PgType.Kind.INT4;
import static dev.freshet.materializer.plan.PgType.Kind.TEXT;

import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.plan.EvaluationException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Text. */
final class TextFunctions {

  /** Names of the LIKE operators in the table; the parser writes them from the keywords. */
  static final String LIKE = "like";

  static final String ILIKE = "ilike";

  private static final String REGEX =
      "Postgres's regular expressions are its own; use LIKE, ILIKE, position or starts_with";

  private TextFunctions() {}

  static void define(Definitions to) {
    to.binary("||", TEXT, TEXT, TEXT, (a, b) -> text(a).concat(text(b)));
    matching(to);
    parts(to);
    changes(to);
    to.add("concat", (Body.Many) TextFunctions::concat, TEXT);
    to.addNullable("concat_ws", (Body.Many) TextFunctions::concatWithSeparator, TEXT);
  }

  private static void matching(Definitions to) {
    to.binary(LIKE, TEXT, TEXT, BOOL, (a, b) -> Like.matches(text(a), text(b)));
    to.binaryIn(
        ILIKE,
        TEXT,
        TEXT,
        BOOL,
        session ->
            (Body.Two)
                (a, b) ->
                    Like.matches(
                        Text.lower(text(a), session.caseMapping()),
                        Text.lower(text(b), session.caseMapping())));
    for (String operator : List.of("~", "~*", "!~", "!~*")) {
      to.refuse(operator, Syntax.BINARY, REGEX, BOOL, TEXT, TEXT);
    }
    for (String name : List.of("regexp_replace", "regexp_match", "regexp_like", "regexp_count")) {
      to.refuse(name, Syntax.FUNCTION, REGEX, TEXT, TEXT, TEXT);
      to.refuse(name, Syntax.FUNCTION, REGEX, TEXT, TEXT, TEXT, TEXT);
    }
    to.add("starts_with", (Body.Two) (a, b) -> text(a).startsWith(text(b)), BOOL, TEXT, TEXT);
    to.add("strpos", (Body.Two) (a, b) -> Text.position(text(a), text(b)), INT4, TEXT, TEXT);
    to.add("position", (Body.Two) (b, a) -> Text.position(text(a), text(b)), INT4, TEXT, TEXT);
  }

  private static void parts(Definitions to) {
    for (String name : List.of("length", "char_length", "character_length")) {
      to.add(name, (Body.One) a -> (long) Text.length(text(a)), INT4, TEXT);
      to.refuse(name, Syntax.FUNCTION, "cast it to text first: x::text", INT4, BPCHAR);
    }
    for (String name : List.of("octet_length")) {
      to.add(
          name, (Body.One) a -> (long) text(a).getBytes(StandardCharsets.UTF_8).length, INT4, TEXT);
    }
    for (String name : List.of("substring", "substr")) {
      to.add(name, (Body.Two) (a, n) -> Text.substring(text(a), (Long) n), TEXT, TEXT, INT4);
      to.add(
          name,
          (Body.Three) (a, n, m) -> Text.substring(text(a), (Long) n, (Long) m),
          TEXT,
          TEXT,
          INT4,
          INT4);
    }
    to.refuse("substring", Syntax.FUNCTION, REGEX, TEXT, TEXT, TEXT);
    to.add("left", (Body.Two) (a, n) -> Text.left(text(a), (Long) n), TEXT, TEXT, INT4);
    to.add("right", (Body.Two) (a, n) -> Text.right(text(a), (Long) n), TEXT, TEXT, INT4);
    to.add(
        "split_part",
        (Body.Three) (a, b, n) -> Text.field(text(a), text(b), (Long) n),
        TEXT,
        TEXT,
        TEXT,
        INT4);
  }

  private static void changes(Definitions to) {
    to.addIn("lower", s -> (Body.One) a -> Text.lower(text(a), s.caseMapping()), TEXT, TEXT);
    to.addIn("upper", s -> (Body.One) a -> Text.upper(text(a), s.caseMapping()), TEXT, TEXT);
    trim(to, "btrim", true, true);
    trim(to, "ltrim", true, false);
    trim(to, "rtrim", false, true);
    pad(to, "lpad", true);
    pad(to, "rpad", false);
    to.add("repeat", (Body.Two) (a, n) -> Text.repeat(text(a), (Long) n), TEXT, TEXT, INT4);
    to.add("reverse", (Body.One) a -> new StringBuilder(text(a)).reverse().toString(), TEXT, TEXT);
    to.add(
        "replace",
        (Body.Three) (a, b, c) -> Text.replace(text(a), text(b), text(c)),
        TEXT,
        TEXT,
        TEXT,
        TEXT);
    to.add(
        "translate",
        (Body.Three) (a, b, c) -> Text.translate(text(a), text(b), text(c)),
        TEXT,
        TEXT,
        TEXT,
        TEXT);
    to.add("md5", (Body.One) a -> md5(text(a)), TEXT, TEXT);
  }

  private static void trim(Definitions to, String name, boolean front, boolean back) {
    to.add(name, (Body.One) a -> Text.trim(text(a), " ", front, back), TEXT, TEXT);
    to.add(
        name, (Body.Two) (a, set) -> Text.trim(text(a), text(set), front, back), TEXT, TEXT, TEXT);
  }

  private static void pad(Definitions to, String name, boolean front) {
    to.add(name, (Body.Two) (a, n) -> Text.pad(text(a), (Long) n, " ", front), TEXT, TEXT, INT4);
    to.add(
        name,
        (Body.Three) (a, n, fill) -> Text.pad(text(a), (Long) n, text(fill), front),
        TEXT,
        TEXT,
        INT4,
        TEXT);
  }

  private static String concat(@Nullable Object[] parts) {
    StringBuilder all = new StringBuilder();
    for (Object part : parts) {
      if (part != null) {
        all.append((String) part);
      }
    }
    return all.toString();
  }

  private static @Nullable String concatWithSeparator(@Nullable Object[] parts) {
    if (parts[0] == null) {
      return null;
    }
    StringBuilder all = new StringBuilder();
    boolean first = true;
    for (int i = 1; i < parts.length; i++) {
      if (parts[i] != null) {
        all.append(first ? "" : (String) parts[0]).append((String) parts[i]);
        first = false;
      }
    }
    return all.toString();
  }

  private static String md5(String text) {
    try {
      byte[] hash = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new EvaluationException("this Java has no MD5");
    }
  }

  private static String text(Object value) {
    return (String) value;
  }
}
