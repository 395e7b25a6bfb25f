/**
 * Row changes through a plan: deltas in, changed view rows out.
 *
 * <p>A delta is a row and a weight, −1 for the row as it was and +1 for the row as it is. {@link
 * dev.freshet.materializer.engine.Engine} pushes the deltas of a batch through one operator per
 * node; what operators remember is in a {@link dev.freshet.materializer.state.State}. Nothing here
 * knows Kafka, Postgres or a clock.
 */
@NullMarked
package dev.freshet.materializer.engine;

import org.jspecify.annotations.NullMarked;
