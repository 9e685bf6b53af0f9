/* SPDX-License-Identifier: MIT */
/*
 * config.h - version, export macro and compiler attributes.
 *
 * The only public header with platform conditionals, so that all others read
 * the same on every system.
 */
#ifndef DUOSOCK_CONFIG_H
#define DUOSOCK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUOS_VERSION_MAJOR  0
#define DUOS_VERSION_MINOR  1
#define DUOS_VERSION_PATCH  0
#define DUOS_VERSION_STRING "0.1.0"

/*
 * DUOS_API marks what the library exports. A static build defines DUOS_STATIC
 * (CMake does it for its users); a shared build of the library itself defines
 * DUOS_BUILDING.
 */
#if defined(DUOS_STATIC)
#define DUOS_API
#elif defined(_WIN32) && defined(DUOS_BUILDING)
#define DUOS_API __declspec(dllexport)
#elif defined(_WIN32)
#define DUOS_API __declspec(dllimport)
#elif defined(__GNUC__)
#define DUOS_API __attribute__((visibility("default")))
#else
#define DUOS_API
#endif

/* A result that is a mistake to ignore. */
#if defined(__GNUC__)
#define DUOS_CHECKED __attribute__((warn_unused_result))
#else
#define DUOS_CHECKED
#endif

/* Branch hints for the paths that run once per message. */
#if defined(__GNUC__)
#define DUOS_LIKELY(x)   __builtin_expect(!!(x), 1)
#define DUOS_UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define DUOS_LIKELY(x)   (x)
#define DUOS_UNLIKELY(x) (x)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The version of the library that runs, as "major.minor.patch".
 *
 * Compare with DUOS_VERSION_STRING, the version of the headers.
 *
 * Returns: a static string, never NULL.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API const char *duos_version(void);

#ifdef __cplusplus
}
#endif

#endif
