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

// The compilation unit of this address. Its own addresses are less by *bias.
// NULL if there is no debug information.
static Dwarf_Die *find_unit(Dwfl_Module *module, Dwarf_Addr address,
                            Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);
    if (unit != NULL)
        return unit;
    // clang writes no table of the addresses of units, unless it is asked to.
    while ((unit = dwfl_module_nextcu(module, unit, bias)) != NULL) {
        if (dwarf_haspc(unit, address - *bias) > 0)
            return unit;
    }
    return NULL;
}

// The source function of this address, which the compiler may have inlined into
// another. NULL if the debug information does not tell.
static const char *find_function(Dwarf_Die *unit, Dwarf_Addr address)
{
    Dwarf_Die *scopes = NULL;
    int n = dwarf_getscopes(unit, address, &scopes);
    const char *name = NULL;
    for (int k = 0; k < n && name == NULL; k++) {
        int tag = dwarf_tag(&scopes[k]);
        if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram)
            name = dwarf_diename(&scopes[k]);
    }
    free(scopes);
    return name;
}

// The folder in which the unit was compiled; NULL if that is not known.
static const char *folder_of(Dwarf_Die *unit)
{
    Dwarf_Attribute folder;
    return dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &folder));
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
    Dwarf_Addr bias;
    Dwarf_Die *unit = find_unit(module, address, &bias);
    if (unit == NULL)
        return symbol;
    name = find_function(unit, address - bias);
    if (name != NULL)
        symbol.function = name;
    Dwarf_Line *line = dwarf_getsrc_die(unit, address - bias);
    if (line != NULL && dwarf_lineno(line, &symbol.line) == 0)
        symbol.file = shorten(dwarf_linesrc(line, NULL, NULL), folder_of(unit));
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
