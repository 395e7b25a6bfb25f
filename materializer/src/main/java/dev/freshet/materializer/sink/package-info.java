/** View rows into Postgres: the table, what is remembered beside it, and the loop's sink. */
@NullMarked
package dev.freshet.materializer.sink;

import org.jspecify.annotations.NullMarked;
