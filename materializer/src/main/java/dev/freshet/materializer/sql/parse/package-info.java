/** PostgreSQL's SELECT as text to a syntax tree, with the position of every part. */
@NullMarked
package dev.freshet.materializer.sql.parse;

import org.jspecify.annotations.NullMarked;
