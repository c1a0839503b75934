/* build_paths: where a submission lies inside the compiler's world; debug information holds paths below it. */
#ifndef WATCHING_BUILD_PATHS_H
#define WATCHING_BUILD_PATHS_H

#define BUILD_SOURCES "/tmp/sources"

#endif
