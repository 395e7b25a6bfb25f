/**
 * Kafka Connect, seen from outside: its REST interface, and what it says of one connector. Reads
 * and changes nothing but that connector; keeps nothing.
 */
@NullMarked
package dev.freshet.ingest.connect;

import org.jspecify.annotations.NullMarked;
