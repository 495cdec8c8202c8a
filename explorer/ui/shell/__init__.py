"""The frame around every page: navigation, address, the current space, fields and charts."""
