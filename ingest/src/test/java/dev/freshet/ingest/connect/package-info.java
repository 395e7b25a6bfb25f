@NullMarked
package dev.freshet.ingest.connect;

import org.jspecify.annotations.NullMarked;
