@NullMarked
package dev.freshet.console.page;

import org.jspecify.annotations.NullMarked;
