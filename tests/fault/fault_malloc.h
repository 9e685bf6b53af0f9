/* SPDX-License-Identifier: MIT */
/*
 * fault_malloc.h - what the build puts in the place of malloc and its kin
 * where a program's sources are tortured; see fault_memory.c.
 */
#ifndef TEST_FAULT_MALLOC_H
#define TEST_FAULT_MALLOC_H

#include <stddef.h>

void *fault_malloc(size_t size);
void *fault_calloc(size_t count, size_t size);
void *fault_realloc(void *ptr, size_t size);
void fault_free(void *ptr);

#endif
