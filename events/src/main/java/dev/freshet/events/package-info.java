/** What travels on Kafka: records, serdes, and the one file with topic names. */
@NullMarked
package dev.freshet.events;

import org.jspecify.annotations.NullMarked;
