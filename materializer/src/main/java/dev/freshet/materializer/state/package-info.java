/**
 * What a view remembers: one ordered map of bytes per view, and the encodings of keys and rows in
 * it.
 *
 * <p>{@link dev.freshet.materializer.state.State} is that map: on the heap, or a store of Kafka
 * Streams. {@link dev.freshet.materializer.state.WriteCache} holds the writes of one batch in front
 * of it. {@link dev.freshet.materializer.state.OrderedKey} orders bytes as Postgres orders values;
 * {@link dev.freshet.materializer.state.Encoder} keeps values exactly.
 */
@NullMarked
package dev.freshet.materializer.state;

import org.jspecify.annotations.NullMarked;
