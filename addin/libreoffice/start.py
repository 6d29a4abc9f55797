"""Part of the extension: puts the Basic functions into "My Macros" when LibreOffice starts.

Calc finds a formula's function in the open document or in the library Standard of My Macros, and
nowhere else; a library of the extension's own would not be asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import uno
import unohelper  # type: ignore[import-not-found]  # LibreOffice brings it
from com.sun.star.task import XJob  # type: ignore[import-not-found]  # made by uno

NAME = "linkstar.kpi.Start"
EXTENSION = "linkstar.kpi.functions"
MODULE = "LinkStarKPI"
LIBRARY = "Standard"


class Start(unohelper.Base, XJob):  # type: ignore[misc]  # uno ships no types
    """The job that LibreOffice runs at its start."""

    def __init__(self, context: Any) -> None:  # noqa: ANN401 - uno ships no types
        """The context of the running office."""
        self.context = context

    def execute(self, _: object) -> None:
        """Put the module in, or the new text of it after an update."""
        where = self.context.getByName(
            "/singletons/com.sun.star.deployment.PackageInformationProvider"
        ).getPackageLocation(EXTENSION)
        path = Path(uno.fileUrlToSystemPath(where)) / "KpiFunctions.bas"
        put(self.context, path.read_text(encoding="utf-8"))


def put(context: Any, text: str) -> None:  # noqa: ANN401 - the same
    """The functions as a module of My Macros."""
    libraries = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.script.ApplicationScriptLibraryContainer", context
    )
    libraries.loadLibrary(LIBRARY)
    library = libraries.getByName(LIBRARY)
    if not library.hasByName(MODULE):
        library.insertByName(MODULE, text)
    elif library.getByName(MODULE) != text:
        library.replaceByName(MODULE, text)


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816 - the name that uno wants
g_ImplementationHelper.addImplementation(Start, NAME, ("com.sun.star.task.Job",))
