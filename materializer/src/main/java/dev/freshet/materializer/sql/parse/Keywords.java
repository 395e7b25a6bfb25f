package dev.freshet.materializer.sql.parse;

import java.util.Set;

/** The words that cannot be names without quotes. */
final class Keywords {

  private static final Set<String> RESERVED =
      Set.of(
          ("all analyse analyze and any array as asc asymmetric both case cast check collate column"
                  + " constraint create current_catalog current_date current_role current_time"
                  + " current_timestamp current_user default deferrable desc distinct do else end"
                  + " except false fetch for foreign from grant group having in initially intersect"
                  + " into lateral leading limit localtime localtimestamp not null offset on only or"
                  + " order placing primary references returning select session_user some symmetric"
                  + " table then to trailing true union unique user using variadic when where window"
                  + " with")
              .split(" "));

  /** Names of types and functions that cannot be names of tables or aliases. */
  private static final Set<String> NO_ALIAS =
      Set.of(
          ("authorization binary collation concurrently cross current_schema freeze full ilike inner"
                  + " is isnull join left like natural notnull outer overlaps right similar"
                  + " tablesample verbose")
              .split(" "));

  private Keywords() {}

  static boolean isReserved(String word) {
    return RESERVED.contains(word);
  }

  /** Whether a word after an expression or a table, without AS, is its alias. */
  static boolean isAlias(Token token) {
    return token.kind() == Token.Kind.QUOTED
        || (token.kind() == Token.Kind.WORD
            && !RESERVED.contains(token.text())
            && !NO_ALIAS.contains(token.text()));
  }
}
