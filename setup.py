"""What pyproject.toml cannot say: the app's own files go into the wheel as explorer/shipped."""

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class BuildWithoutSetup(build_py):
    """The clone's root is mapped to a package, of which this file is no part."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Return the modules of a package, without this one."""
        found = super().find_package_modules(package, package_dir)
        return [one for one in found if one[1] != "setup"]


setup(
    packages=[*find_packages(include=["explorer", "explorer.*"]), "explorer.shipped"],
    package_dir={"explorer.shipped": "."},
    cmdclass={"build_py": BuildWithoutSetup},
)
