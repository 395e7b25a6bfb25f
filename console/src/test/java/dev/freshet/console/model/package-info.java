@NullMarked
package dev.freshet.console.model;

import org.jspecify.annotations.NullMarked;
