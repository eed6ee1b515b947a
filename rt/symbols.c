// Reads the build's debug information with libdw (elfutils).
#include "rt/symbols.h"

#include "rt/shortage.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
};

struct symbols *symbols_open(void)
{
    shortage_end_notes();  // The caller reports a failure.
    Dwfl *dwfl = dwfl_begin(&callbacks);
    // Not by getpid(): in the simulator that is not the system's number.
    FILE *maps = fopen("/proc/self/maps", "re");
    if (dwfl != NULL && maps != NULL) {
        dwfl_linux_proc_maps_report(dwfl, maps);
        dwfl_report_end(dwfl, NULL, NULL);
    }
    if (maps != NULL)
        fclose(maps);
    return (struct symbols *)dwfl;
}

void symbols_close(struct symbols *symbols)
{
    if (symbols != NULL)
        dwfl_end((Dwfl *)symbols);
}

// The file's path, relative to the folder in which the program was built.
static const char *shorten(const char *file, const char *build_dir)
{
    size_t length = build_dir == NULL ? 0 : strlen(build_dir);
    if (length > 0 && strncmp(file, build_dir, length) == 0 &&
        file[length] == '/')
        return file + length + 1;
    return strncmp(file, "./", 2) == 0 ? file + 2 : file;
}

// The source function of this address, which the compiler may have inlined into
// another. NULL if the debug information does not tell.
static const char *find_function(Dwfl_Module *module, Dwarf_Addr address)
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, &bias);
    Dwarf_Die *scopes = NULL;
    int n = unit == NULL ? 0 : dwarf_getscopes(unit, address - bias, &scopes);
    const char *name = NULL;
    for (int k = 0; k < n && name == NULL; k++) {
        int tag = dwarf_tag(&scopes[k]);
        if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram)
            name = dwarf_diename(&scopes[k]);
    }
    free(scopes);
    return name;
}

// The symbol of an instruction's address.
static struct symbol find(Dwfl *dwfl, Dwarf_Addr address)
{
    struct symbol symbol = { .function = "?" };
    Dwfl_Module *module = dwfl == NULL ? NULL : dwfl_addrmodule(dwfl, address);
    if (module == NULL)
        return symbol;
    const char *name = dwfl_module_addrname(module, address);
    if (name != NULL)
        symbol.function = name;
    if (module != dwfl_addrmodule(dwfl, (Dwarf_Addr)find))
        return symbol;
    name = find_function(module, address);
    if (name != NULL)
        symbol.function = name;
    Dwfl_Line *line = dwfl_module_getsrc(module, address);
    if (line != NULL) {
        const char *file =
            dwfl_lineinfo(line, NULL, &symbol.line, NULL, NULL, NULL);
        symbol.file = shorten(file, dwfl_line_comp_dir(line));
    }
    return symbol;
}

struct symbol symbols_find(struct symbols *symbols, const void *return_address)
{
    // A return address may already belong to the next line, or function.
    return find((Dwfl *)symbols, (Dwarf_Addr)return_address - 1);
}

// Is this the kernel's return address of a signal handler? Then the next frame
// is the one that the signal interrupted.
static bool is_trampoline(Dwfl *dwfl, const void *frame)
{
    return strcmp(find(dwfl, (Dwarf_Addr)frame).function, "__restore_rt") == 0;
}

struct symbol symbols_find_frame(struct symbols *symbols, void *const *frames,
                                 int k)
{
    Dwfl *dwfl = (Dwfl *)symbols;
    if (k > 0 && is_trampoline(dwfl, frames[k - 1]))
        return find(dwfl, (Dwarf_Addr)frames[k]);
    return symbols_find(symbols, frames[k]);
}
