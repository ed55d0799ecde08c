/** What the image promises, on images that are built for it from clones of this repository. */
package hello.image;
