/**
 * How a role runs: services and their health, Kafka Streams, the sink loop, topics, dead letters.
 */
@NullMarked
package dev.freshet.runtime;

import org.jspecify.annotations.NullMarked;
