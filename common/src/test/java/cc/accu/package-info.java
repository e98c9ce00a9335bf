/** What all tests of this module share. */
@NullMarked
package cc.accu;

import org.jspecify.annotations.NullMarked;
