/**
 * Reports answered requests to Freshet's HTTP door, in the background. Keeps a bounded queue; drops
 * and counts what does not fit, and never slows the application down.
 */
@NullMarked
package dev.freshet.reporter;

import org.jspecify.annotations.NullMarked;
