/* SPDX-License-Identifier: MIT */
/*
 * plain.c - a program of a project that has duosock and does not use it here.
 */
int main(void)
{
    return 0;
}
