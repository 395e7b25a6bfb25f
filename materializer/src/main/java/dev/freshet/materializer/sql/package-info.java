/**
 * A SELECT to a {@link dev.freshet.materializer.plan.ViewPlan}.
 *
 * <p>In the order of the way: {@code parse} reads the text; {@link
 * dev.freshet.materializer.sql.SelectAnalyser} gives every name a column and every expression a
 * type, by Postgres's rules; {@link dev.freshet.materializer.sql.Pushdown} and {@link
 * dev.freshet.materializer.sql.Pruning} make the plan small. {@link
 * dev.freshet.materializer.sql.ViewCompiler} is the door.
 */
@NullMarked
package dev.freshet.materializer.sql;

import org.jspecify.annotations.NullMarked;
