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

struct symbols {
    Dwfl *dwfl;
    Dwfl_Module *home;  // Only its source lines are found.
};

static struct symbol find(const struct symbols *symbols, Dwarf_Addr address);

static struct symbols *make(Dwfl *dwfl)
{
    struct symbols *symbols = calloc(1, sizeof *symbols);
    if (dwfl == NULL || symbols == NULL) {
        free(symbols);
        return NULL;
    }
    symbols->dwfl = dwfl;
    return symbols;
}

struct symbols *symbols_open_object(const char *path)
{
    shortage_end_notes();
    struct symbols *symbols = make(dwfl_begin(&callbacks));
    if (symbols == NULL)
        return NULL;
    symbols->home =
        dwfl_report_elf(symbols->dwfl, path, path, -1, SYMBOLS_BASE, true);
    dwfl_report_end(symbols->dwfl, NULL, NULL);
    return symbols;
}

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
    struct symbols *symbols = make(dwfl);
    if (symbols != NULL)
        symbols->home = dwfl_addrmodule(dwfl, (Dwarf_Addr)find);
    return symbols;
}

void symbols_close(struct symbols *symbols)
{
    if (symbols != NULL)
        dwfl_end(symbols->dwfl);
    free(symbols);
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
static struct symbol find(const struct symbols *symbols, Dwarf_Addr address)
{
    struct symbol symbol = { .function = "?" };
    Dwfl_Module *module =
        symbols == NULL ? NULL : dwfl_addrmodule(symbols->dwfl, address);
    if (module == NULL)
        return symbol;
    const char *name = dwfl_module_addrname(module, address);
    if (name != NULL)
        symbol.function = name;
    if (module != symbols->home)
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
    return find(symbols, (Dwarf_Addr)return_address - 1);
}

// Is this the kernel's return address of a signal handler? Then the next frame
// is the one that the signal interrupted.
static bool is_trampoline(const struct symbols *symbols, const void *frame)
{
    return strcmp(find(symbols, (Dwarf_Addr)frame).function, "__restore_rt") ==
           0;
}

struct symbol symbols_find_frame(struct symbols *symbols, void *const *frames,
                                 int k)
{
    if (k > 0 && is_trampoline(symbols, frames[k - 1]))
        return find(symbols, (Dwarf_Addr)frames[k]);
    return symbols_find(symbols, frames[k]);
}
