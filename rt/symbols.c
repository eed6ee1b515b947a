// libdw (elfutils) knows the debug information of the build.
#include "rt/symbols.h"

#include <elfutils/libdwfl.h>
#include <string.h>
#include <unistd.h>

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
};

struct symbols *symbols_open(void)
{
    Dwfl *dwfl = dwfl_begin(&callbacks);
    if (dwfl != NULL) {
        dwfl_linux_proc_report(dwfl, getpid());
        dwfl_report_end(dwfl, NULL, NULL);
    }
    return (struct symbols *)dwfl;
}

void symbols_close(struct symbols *symbols)
{
    if (symbols != NULL)
        dwfl_end((Dwfl *)symbols);
}

// The file relative to where the program was built.
static const char *shorten(const char *file, const char *build_dir)
{
    size_t length = build_dir == NULL ? 0 : strlen(build_dir);
    if (length > 0 && strncmp(file, build_dir, length) == 0 &&
        file[length] == '/')
        return file + length + 1;
    return strncmp(file, "./", 2) == 0 ? file + 2 : file;
}

struct symbol symbols_find(struct symbols *symbols, const void *return_address)
{
    struct symbol symbol = { .function = "?" };
    Dwfl *dwfl = (Dwfl *)symbols;
    // A return address may be the first of the next line, or function.
    Dwarf_Addr address = (Dwarf_Addr)return_address - 1;
    Dwfl_Module *module = dwfl == NULL ? NULL : dwfl_addrmodule(dwfl, address);
    if (module == NULL)
        return symbol;
    const char *name = dwfl_module_addrname(module, address);
    if (name != NULL)
        symbol.function = name;
    if (module != dwfl_addrmodule(dwfl, (Dwarf_Addr)symbols_find))
        return symbol;
    Dwfl_Line *line = dwfl_module_getsrc(module, address);
    if (line != NULL) {
        const char *file =
            dwfl_lineinfo(line, NULL, &symbol.line, NULL, NULL, NULL);
        symbol.file = shorten(file, dwfl_line_comp_dir(line));
    }
    return symbol;
}
