module.exports = { __esModule: true, default: () => ({ open: async () => {} }) };
