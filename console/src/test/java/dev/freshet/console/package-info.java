@NullMarked
package dev.freshet.console;

import org.jspecify.annotations.NullMarked;
