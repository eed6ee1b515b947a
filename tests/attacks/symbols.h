// For attacks that reach what the linker was asked not to give them: finds a
// symbol of the program in its own file. In a server of the judge's there is no
// such symbol.
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include "stub.h"
#include <elf.h>
#include <stdint.h>
#include <sys/mman.h>

static inline const Elf64_Sym *symbol_named(const char *file, const char *name)
{
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)file;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(file + head->e_shoff);
    for (int k = 0; k < head->e_shnum; k++) {
        if (sections[k].sh_type != SHT_SYMTAB)
            continue;
        const char *names = file + sections[sections[k].sh_link].sh_offset;
        const Elf64_Sym *symbols =
            (const Elf64_Sym *)(file + sections[k].sh_offset);
        size_t n = sections[k].sh_size / sizeof *symbols;
        for (size_t i = 0; i < n; i++)
            if (strcmp(names + symbols[i].st_name, name) == 0)
                return &symbols[i];
    }
    return NULL;
}

// The address of a symbol of the lab, or NULL.
static inline void *find_symbol(const char *name)
{
    int fd = open("/proc/self/exe", O_RDONLY);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    if (size < 0)
        return NULL;
    char *file = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    const Elf64_Sym *here = symbol_named(file, "raft_make");
    const Elf64_Sym *there = symbol_named(file, name);
    if (here == NULL || there == NULL)
        return NULL;
    // gcc leaves out writes by a pointer that it sees to come from a
    // function's.
    volatile uintptr_t make = (uintptr_t)raft_make;
    return (void *)(make - here->st_value + there->st_value);
}

#endif
