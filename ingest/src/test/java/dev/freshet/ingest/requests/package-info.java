/** Tests of the doors for request events. */
@NullMarked
package dev.freshet.ingest.requests;

import org.jspecify.annotations.NullMarked;
