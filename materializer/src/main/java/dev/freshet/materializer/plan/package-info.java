/**
 * What a view is once it is compiled: a tree of relational nodes over typed rows, with its
 * expressions. Everything here is immutable and prints itself; nothing here reads SQL, Kafka or
 * Postgres.
 */
@NullMarked
package dev.freshet.materializer.plan;

import org.jspecify.annotations.NullMarked;
