package dev.freshet.materializer.expression;

import static dev.freshet.materializer.plan.PgType.Kind.BOOL;
import static dev.freshet.materializer.plan.PgType.Kind.INT4;
import static dev.freshet.materializer.plan.PgType.Kind.JSON;
import static dev.freshet.materializer.plan.PgType.Kind.JSONB;
import static dev.freshet.materializer.plan.PgType.Kind.TEXT;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.PgType.Kind;
import java.util.List;

/** jsonb. The operators of json are refused: they keep the text as it was written. */
final class JsonFunctions {

  private static final String CAST = "cast it to jsonb first: x::jsonb";

  private JsonFunctions() {}

  static void define(Definitions to) {
    to.binaryNullable(
        "->", JSONB, TEXT, JSONB, (j, k) -> Jsonb.json(Jsonb.field(tree(j), text(k))));
    to.binaryNullable(
        "->", JSONB, INT4, JSONB, (j, i) -> Jsonb.json(Jsonb.element(tree(j), (Long) i)));
    to.binaryNullable(
        "->>", JSONB, TEXT, TEXT, (j, k) -> Jsonb.bare(Jsonb.field(tree(j), text(k))));
    to.binaryNullable(
        "->>", JSONB, INT4, TEXT, (j, i) -> Jsonb.bare(Jsonb.element(tree(j), (Long) i)));
    to.binaryNullable("#>", JSONB, TEXT, JSONB, (j, p) -> Jsonb.json(Jsonb.path(tree(j), path(p))));
    to.binaryNullable("#>>", JSONB, TEXT, TEXT, (j, p) -> Jsonb.bare(Jsonb.path(tree(j), path(p))));
    to.binary("@>", JSONB, JSONB, BOOL, (a, b) -> Jsonb.contains(tree(a), tree(b)));
    to.binary("<@", JSONB, JSONB, BOOL, (a, b) -> Jsonb.contains(tree(b), tree(a)));
    to.binary("?", JSONB, TEXT, BOOL, (j, k) -> Jsonb.exists(tree(j), text(k)));
    to.add("jsonb_typeof", (Body.One) j -> Jsonb.type(tree(j)), TEXT, JSONB);
    to.add("jsonb_array_length", (Body.One) JsonFunctions::length, INT4, JSONB);
    for (String operator : List.of("->", "->>")) {
      for (Kind key : List.of(TEXT, INT4)) {
        to.refuse(operator, Syntax.BINARY, CAST, JSON, JSON, key);
      }
    }
    for (String operator : List.of("#>", "#>>")) {
      to.refuse(operator, Syntax.BINARY, CAST, JSON, JSON, TEXT);
    }
  }

  private static Long length(Object json) {
    JsonNode tree = tree(json);
    if (!tree.isArray()) {
      throw new EvaluationException(
          tree.isObject()
              ? "cannot get array length of a non-array"
              : "cannot get array length of a scalar");
    }
    return (long) tree.size();
  }

  private static List<String> path(Object text) {
    List<String> path = Jsonb.path((String) text);
    if (path == null) {
      throw new EvaluationException("malformed array literal: \"" + text + "\"");
    }
    return path;
  }

  private static JsonNode tree(Object json) {
    return Jsonb.parse((String) json);
  }

  private static String text(Object value) {
    return (String) value;
  }
}
