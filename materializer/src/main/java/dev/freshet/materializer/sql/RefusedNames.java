package dev.freshet.materializer.sql;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Functions that a view refuses whatever their arguments are, each with the reason. */
final class RefusedNames {

  private static final Map<String, String> REASONS = reasons();

  private RefusedNames() {}

  static @Nullable String reason(String name) {
    return REASONS.get(name);
  }

  private static Map<String, String> reasons() {
    Map<String, String> reasons = new TreeMap<>();
    String clock =
        "its value changes without any row changing; compare with it in the query that reads the"
            + " view";
    refuse(
        reasons,
        clock,
        "now",
        "current_timestamp",
        "current_date",
        "current_time",
        "localtime",
        "localtimestamp",
        "transaction_timestamp",
        "statement_timestamp",
        "clock_timestamp",
        "timeofday");
    String random = "it gives another value each time; keep the value in a column";
    refuse(
        reasons,
        random,
        "random",
        "gen_random_uuid",
        "uuid_generate_v4",
        "uuidv4",
        "uuidv7",
        "nextval",
        "currval");
    String session = "it depends on who asks; compare with it in the query that reads the view";
    refuse(
        reasons,
        session,
        "current_user",
        "session_user",
        "user",
        "current_role",
        "current_setting",
        "current_catalog",
        "current_schema",
        "current_database",
        "pg_backend_pid");
    String collected =
        "the order of what it collects is not defined; aggregate where the view is read";
    refuse(
        reasons,
        collected,
        "string_agg",
        "array_agg",
        "json_agg",
        "jsonb_agg",
        "json_object_agg",
        "jsonb_object_agg",
        "xmlagg",
        "listagg");
    String statistic =
        "keep sum, count and the sum of squares, and compute it where the view is read";
    refuse(
        reasons,
        statistic,
        "stddev",
        "stddev_pop",
        "stddev_samp",
        "variance",
        "var_pop",
        "var_samp",
        "corr",
        "covar_pop",
        "covar_samp",
        "regr_slope",
        "regr_intercept",
        "regr_r2");
    String ordered = "use min, max, avg or count";
    refuse(
        reasons,
        ordered,
        "percentile_cont",
        "percentile_disc",
        "mode",
        "bit_and",
        "bit_or",
        "bit_xor",
        "any_value");
    refuse(
        reasons,
        "a window function; use GROUP BY, or compute it where the view is read",
        "row_number",
        "rank",
        "dense_rank",
        "ntile",
        "lag",
        "lead",
        "first_value",
        "last_value",
        "nth_value",
        "cume_dist",
        "percent_rank");
    refuse(
        reasons,
        "it makes several rows of one; keep them in a table",
        "generate_series",
        "unnest",
        "jsonb_array_elements",
        "json_array_elements",
        "jsonb_each",
        "jsonb_object_keys",
        "regexp_split_to_table",
        "regexp_matches",
        "string_to_table");
    reasons.put("date_bin", "use date_trunc");
    reasons.put("to_char", "return the timestamp, and format it where the view is read");
    reasons.put("to_date", "cast the text, as in x::date");
    reasons.put("to_number", "cast the text, as in x::numeric");
    reasons.put("initcap", "format it where the view is read");
    reasons.put("format", "use concat or ||");
    return Map.copyOf(reasons);
  }

  private static void refuse(Map<String, String> reasons, String reason, String... names) {
    for (String name : names) {
      reasons.put(name, reason);
    }
  }
}
